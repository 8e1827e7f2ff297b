// The `HEAD` files beside the migrations: written by what changes the history, looked at by check, and by nobody else.
import { relative } from 'node:path'
import type { Environment, Place } from '../environment'
import { exitCodes, type Problem } from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { readHeadFile, writeHeadFile } from '../scripts/directory'
import { headFileName } from '../scripts/head-file'

/** Writes the heads of a history into the folders they lie in, unless the settings do without. */
export async function keepHeadFiles({ settings, place }: Environment, graph: RevisionGraph): Promise<void> {
  if (settings.headFile === false || place === undefined) return
  for (const { folder, heads } of headsByFolder(place, graph)) {
    const said = await readHeadFile(folder)
    // A folder in which no head lies has no file for it, unless it had one.
    if (said === undefined ? heads.length > 0 : !same(said, heads)) await writeHeadFile(folder, heads)
  }
}

/** What is wrong with the files; where there is none, nothing is. */
export async function headFileProblems(environment: Environment): Promise<Problem[]> {
  const { settings, place } = environment
  const graph = readableGraph(environment)
  // What is wrong with the revisions themselves is told by others.
  if (settings.headFile === false || place === undefined || graph === undefined) return []
  const problems: Problem[] = []
  for (const { folder, heads } of headsByFolder(place, graph)) {
    const said = await readHeadFile(folder)
    if (said === undefined || same(said, heads)) continue
    const file = relative(place.folder, `${folder}/${headFileName}`)
    problems.push({
      code: 'stale-head-file',
      exitCode: exitCodes.graph,
      ...wrong(file, said, heads, graph),
    })
  }
  return problems
}

function wrong(
  file: string,
  said: readonly string[] | 'conflict',
  heads: readonly string[],
  graph: RevisionGraph,
): Pick<Problem, 'message' | 'hint'> {
  const newest = `the newest there ${heads.length > 1 ? 'are' : 'is'} ${heads.join(', ') || 'none'}`
  const content = heads.length === 0 ? 'no line but the comment' : `\`${heads.join('`, `')}\``
  // A revision does not lose its id: what HEAD names and nobody has was written here, and its file has gone since.
  const missing = said === 'conflict' ? [] : said.filter((id) => !graph.revisions.has(id))
  if (missing.length > 0) {
    return {
      message: `${file} names ${missing.join(', ')}, which no file here has; ${newest}.`,
      hint: `Restore ${missing.length === 1 ? 'that file' : 'those files'}, or write ${content} into ${file} if ${missing.length === 1 ? 'it was' : 'they were'} taken out on purpose.`,
    }
  }
  return {
    message:
      said === 'conflict'
        ? `${file} holds a conflict of git: two branches have added revisions.`
        : `${file} says ${said.join(', ') || 'that there are none'}; ${newest}.`,
    hint:
      graph.heads.length > 1
        ? 'Run `autogen rebase --auto` or `autogen merge heads -m "merge"`; either writes the file anew.'
        : `Write ${content} into it.`,
  }
}

function readableGraph(environment: Environment): RevisionGraph | undefined {
  try {
    return environment.graph
  } catch {
    return undefined
  }
}

function headsByFolder({ migrations }: Place, graph: RevisionGraph) {
  const folderOf = (path: string) =>
    migrations
      .filter((folder) => !relative(folder, path).startsWith('..'))
      .reduce((inner, folder) => (folder.length > inner.length ? folder : inner), '')
  const folders = graph.heads.map((id) => [id, folderOf(graph.revisions.get(id)!.path ?? '')] as const)
  return migrations.map((folder) => ({
    folder,
    heads: folders.flatMap(([id, place]) => (place === folder ? [id] : [])).sort(),
  }))
}

function same(said: readonly string[] | 'conflict', heads: readonly string[]): boolean {
  return said !== 'conflict' && [...said].sort().join() === heads.join()
}
