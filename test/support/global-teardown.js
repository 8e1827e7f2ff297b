'use strict'

module.exports = async () => globalThis.postgresOfTheTests?.stop()
