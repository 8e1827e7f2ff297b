/**
 * create note
 *
 * Revision: e41b7d60a9c2
 * Revises: base
 * Created: 2026-11-20T19:46:37.623Z
 */

import type { Op } from 'typeorm-autogen'

export const revision = 'e41b7d60a9c2'
export const downRevision = null

export function upgrade(op: Op) {
  op.createTable({
    name: 'note',
    columns: [
      { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
      { name: 'text', type: 'varchar(500)' },
    ],
    primaryKey: ['id'],
  })
}

export function downgrade(op: Op) {
  op.dropTable('note')
}
