/**
 * create user
 *
 * Revision: 1f0c5d9ab2e7
 * Revises: base
 * Created: 2026-11-20T19:43:59.872Z
 */

exports.revision = '1f0c5d9ab2e7'
exports.downRevision = null

/** @param {import('typeorm-autogen').Op} op */
exports.upgrade = function (op) {
  op.createTable({
    name: 'user',
    columns: [
      { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
      { name: 'name', type: 'varchar(100)' },
    ],
    primaryKey: ['id'],
  })
}

/** @param {import('typeorm-autogen').Op} op */
exports.downgrade = function (op) {
  op.dropTable('user')
}
