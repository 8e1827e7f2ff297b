/**
 * create document
 *
 * Revision: 5d1e8a7c0b42
 * Revises: base
 * Created: 2026-01-01T00:00:00.000Z
 */

import type { Op } from 'typeorm-autogen'

export const revision = '5d1e8a7c0b42'
export const downRevision = null

export function upgrade(op: Op) {
  op.createTable({
    name: 'document',
    columns: [{ name: 'id', type: 'integer', identity: 'AUTOINCREMENT' }],
    primaryKey: ['id'],
  })
  op.addCounter('document', 'version')
  op.countChanges('document', 'version')
}

export function downgrade(op: Op) {
  op.stopCountingChanges('document', 'version')
  op.dropTable('document')
}
