/**
 * create user
 *
 * Revision: 7a3e91c4d058
 * Revises: base
 * Created: 2026-11-20T19:44:43.320Z
 */

import type { Op } from 'typeorm-autogen'

export const revision = '7a3e91c4d058'
export const downRevision = null

export function upgrade(op: Op) {
  op.createTable({
    name: 'user',
    columns: [
      { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
      { name: 'name', type: 'varchar(100)' },
    ],
    primaryKey: ['id'],
  })
}

export function downgrade(op: Op) {
  op.dropTable('user')
}
