// Where tests put files nobody has to find again after a power cut: in memory, where SQLite's every commit does not wait for a disk.
import { accessSync, constants, mkdtempSync, realpathSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
const enough = 1e9

/** Creates an empty folder of its own. */
export function scratchFolder(prefix: string): string {
  return realpathSync(mkdtempSync(join(hasRoom(memory) ? memory : tmpdir(), prefix)))
}

// Containers often have 64 MB of it, other systems none.
function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > enough
  } catch {
    return false
  }
}
