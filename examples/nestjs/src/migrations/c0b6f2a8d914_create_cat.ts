/**
 * create cat
 *
 * Revision: c0b6f2a8d914
 * Revises: base
 * Created: 2026-11-20T19:45:41.832Z
 */

import type { Op } from 'typeorm-autogen'

export const revision = 'c0b6f2a8d914'
export const downRevision = null

export function upgrade(op: Op) {
  op.createTable({
    name: 'cat',
    columns: [
      { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
      { name: 'name', type: 'varchar' },
    ],
    primaryKey: ['id'],
  })
}

export function downgrade(op: Op) {
  op.dropTable('cat')
}
