// Where there are no files, migrations are imported; their order does not matter.
import * as createNote from './migrations/e41b7d60a9c2_create_note'

export const migrations = [createNote]
