require('reflect-metadata')
const { DataSource } = require('typeorm')
const { User } = require('./entities/user')

module.exports = new DataSource({
  type: 'sqljs',
  location: 'app.sqlite',
  autoSave: true,
  entities: [User],
})
