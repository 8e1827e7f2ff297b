// What a person types after `upgrade` and its like: id, beginning of an id, label, head, heads, base, current, +N, -N, id+N, branch@..., a:b.
import {
  AmbiguousRevisionError,
  AmbiguousWalkError,
  MalformedTargetError,
  MultipleHeadsError,
  NotInBranchError,
  OverlappingTargetsError,
  RangeExpectedError,
  RangeNotAllowedError,
  RevisionNotFoundError,
  WalkTooFarError,
  WrongDirectionError,
} from '../errors'
import type { RevisionGraph } from './graph'
import { ancestorsOf, lineageOf, tipsOf } from './lineage'
import { checkCurrent, type Target } from './path'
import { suggest } from './suggest'

/** What a target is relative to. */
export interface Whence {
  /** The version rows. */
  readonly current: readonly string[]
  readonly direction: 'up' | 'down' | 'stamp'
}

/** Resolves targets of upgrade, downgrade or stamp; one that another implies is refused. */
export function resolveTargets(graph: RevisionGraph, text: string | readonly string[], whence: Whence): Target[] {
  const texts = typeof text === 'string' ? [text] : text
  const resolved = texts.map((one) => {
    const parsed = parseTarget(one)
    checkDirection(parsed, whence.direction)
    return resolve(graph, parsed, whence.current)
  })
  if (whence.direction !== 'down') checkOverlap(graph, resolved)
  return distinct(resolved.flat())
}

/** Resolves names of revisions for commands that move nothing (`show`, `merge`, `--head`); base is no revision and left out. */
export function resolveRevisions(
  graph: RevisionGraph,
  text: string | readonly string[],
  current: readonly string[] = [],
): string[] {
  const texts = typeof text === 'string' ? [text] : text
  return idsOf(texts.flatMap((one) => resolve(graph, parseTarget(one), current)))
}

/** Whether a text is a range `a:b`. */
export function isRange(text: string): boolean {
  return text.includes(':')
}

/** Whether a target is another one as soon as the database moves. */
export function movesWithDatabase(text: string): boolean {
  const parsed = parseTarget(text)
  return isBareStep(parsed) || parsed.symbol === 'current'
}

/** Range holds both ends of `a:b`; an empty lower end is base. */
export interface Range {
  readonly lower: readonly string[]
  readonly upper: readonly string[]
}

/** Resolves `a:b`, `a:`, `:b` or `:`; a relative end counts from the other end and stops where the history does. */
export function resolveRange(graph: RevisionGraph, text: string, current: readonly string[] = []): Range {
  const ends = text.split(':')
  const [low, high] = ends
  if (low !== undefined && low !== '' && high === undefined) throw new RangeExpectedError(text)
  if (ends.length !== 2 || low === undefined || high === undefined) throw new MalformedTargetError(text)
  const lower = low === '' ? undefined : parseTarget(low)
  const upper = high === '' ? undefined : parseTarget(high)
  if (isBareStep(lower) && lower.offset > 0) throw new MalformedTargetError(text)
  if (isBareStep(upper) && upper.offset < 0) throw new MalformedTargetError(text)

  const end = (parsed: Parsed, from: readonly string[]) => idsOf(resolve(graph, parsed, from, 'clip'))
  if (isBareStep(lower)) {
    const top = upper === undefined ? graph.heads : end(upper, current)
    return { lower: end(lower, isBareStep(upper) ? current : top), upper: top }
  }
  const bottom = lower === undefined ? [] : end(lower, current)
  return { lower: bottom, upper: upper === undefined ? graph.heads : end(upper, isBareStep(upper) ? bottom : current) }
}

interface Parsed {
  readonly text: string
  readonly branch: string | undefined
  readonly symbol: string | undefined
  readonly offset: number | undefined
}

type BareStep = Parsed & { readonly symbol: undefined; readonly offset: number }

function parseTarget(text: string): Parsed {
  const found = /^(?:([A-Za-z0-9_.]+)@)?([A-Za-z0-9_.]+)?([+-]\d{1,9})?$/.exec(text)
  const [, branch, symbol, offset] = found ?? []
  if (symbol === undefined && offset === undefined) {
    if (found === null && /^[^:]*:[^:]*$/.test(text)) throw new RangeNotAllowedError(text)
    throw new MalformedTargetError(text)
  }
  return { text, branch, symbol, offset: offset === undefined ? undefined : Number(offset) }
}

function isBareStep(parsed: Parsed | undefined): parsed is BareStep {
  return parsed !== undefined && parsed.symbol === undefined && parsed.offset !== undefined
}

function checkDirection(parsed: Parsed, direction: Whence['direction']): void {
  if (!isBareStep(parsed)) return
  const wrong = { up: parsed.offset < 0, down: parsed.offset > 0, stamp: true }[direction]
  if (wrong) throw new WrongDirectionError(parsed.text, direction)
}

function resolve(graph: RevisionGraph, parsed: Parsed, current: readonly string[], end: 'strict' | 'clip' = 'strict') {
  const branch = parsed.branch === undefined ? undefined : revisionNamed(graph, parsed.branch)
  if (isBareStep(parsed)) return resolveStep(graph, parsed, branch, current, end)
  // A target without a symbol is a bare step, so here there is one.
  const places = resolveSymbol(graph, parsed.symbol!, parsed.branch, branch, current)
  if (parsed.offset === undefined) return places.map((id) => target(id, branch))
  const [start, ...others] = places
  if (start === undefined) throw new WalkTooFarError(parsed.text, 0)
  if (others.length > 0) throw new AmbiguousWalkError(parsed.text, idsOf(places.map((id) => target(id))))
  return walk(graph, parsed.text, start, parsed.offset, branch, end)
}

/** Resolves `+N`, `-N`, `branch@+N`: counted from the version rows, in a branch from its newest revision that ran. */
function resolveStep(
  graph: RevisionGraph,
  parsed: BareStep,
  branch: string | undefined,
  current: readonly string[],
  end: 'strict' | 'clip',
): Target[] {
  const starts = branch === undefined ? known(graph, current) : ranInBranch(graph, branch, current)
  if (starts.length > 1) throw new AmbiguousWalkError(parsed.text, starts)
  const start = starts[0] ?? null
  // Downwards only the branch of the row moves: what stands beside it keeps standing.
  const moving = branch ?? (parsed.offset < 0 ? (start ?? undefined) : undefined)
  return walk(graph, parsed.text, start, parsed.offset, moving, end)
}

function resolveSymbol(
  graph: RevisionGraph,
  symbol: string,
  branchName: string | undefined,
  branch: string | undefined,
  current: readonly string[],
): readonly (string | null)[] {
  const lineage = branch === undefined ? undefined : lineageOf(graph, branch)
  const within = (ids: readonly string[]) => (lineage ? ids.filter((id) => lineage.has(id)) : ids)
  if (symbol === 'base') return [null]
  if (symbol === 'heads') return lineage ? within(graph.heads) : graph.realHeads
  if (symbol === 'head') {
    const heads = within(graph.heads)
    if (heads.length > 1) throw severalHeads(graph, heads)
    return heads
  }
  if (symbol === 'current') {
    const rows = branch === undefined ? known(graph, current) : ranInBranch(graph, branch, current)
    return rows.length > 0 ? rows : [null]
  }
  const id = revisionNamed(graph, symbol, lineage)
  if (lineage && branchName !== undefined && !lineage.has(id)) throw new NotInBranchError(id, branchName)
  return [id]
}

/** The error for `head` where there are several, each told with its message. */
export function severalHeads(graph: RevisionGraph, heads: readonly string[], hint?: string): MultipleHeadsError {
  return new MultipleHeadsError(
    heads,
    heads.map((id) => ({ id, message: graph.revisions.get(id)!.message })),
    hint,
  )
}

/** What a target may say instead of an id. */
const words = ['head', 'heads', 'base', 'current']

/** The beginning of an id counts from this many characters on. */
const shortestPrefix = 4

function revisionNamed(graph: RevisionGraph, name: string, lineage?: ReadonlySet<string>): string {
  const exact = graph.revisions.has(name) ? name : graph.labels.get(name)
  if (exact !== undefined) return exact
  const ids = [...graph.revisions.keys()]
  const begun = name.length < shortestPrefix ? [] : ids.filter((id) => id.startsWith(name))
  const inBranch = lineage ? begun.filter((id) => lineage.has(id)) : begun
  const candidates = inBranch.length > 0 ? inBranch : begun
  if (candidates.length > 1) throw new AmbiguousRevisionError(name, candidates.sort())
  if (candidates[0] === undefined)
    throw new RevisionNotFoundError(name, suggest(name, [...words, ...graph.labels.keys(), ...ids]))
  return candidates[0]
}

/** Goes a number of revisions up or down; null is base. A last step down from a merge ends at all its parents. */
function walk(
  graph: RevisionGraph,
  text: string,
  start: string | null,
  offset: number,
  branch: string | undefined,
  end: 'strict' | 'clip',
): Target[] {
  const lineage = branch === undefined ? undefined : lineageOf(graph, branch)
  let place = target(start, branch)
  for (let done = 0; done < Math.abs(offset); done++) {
    const next = neighbours(graph, place.id, offset > 0).filter((id) => id === null || !lineage || lineage.has(id))
    const [only, ...others] = next
    if (only === undefined) {
      if (end === 'clip') return [place]
      throw new WalkTooFarError(text, done)
    }
    if (others.length > 0) {
      if (offset < 0 && done === Math.abs(offset) - 1) return next.map((id) => target(id, branch))
      throw new AmbiguousWalkError(text, idsOf(next.map((id) => target(id))))
    }
    place = target(only, branch)
  }
  return [place]
}

function neighbours(graph: RevisionGraph, place: string | null, up: boolean): readonly (string | null)[] {
  if (up) return place === null ? graph.bases : graph.children.get(place)!
  if (place === null) return []
  const parents = graph.revisions.get(place)!.down
  return parents.length > 0 ? parents : [null]
}

function ranInBranch(graph: RevisionGraph, branch: string, current: readonly string[]): readonly string[] {
  const lineage = lineageOf(graph, branch)
  const ran = ancestorsOf(graph, known(graph, current))
  return tipsOf(graph, new Set([...ran].filter((id) => lineage.has(id))))
}

function known(graph: RevisionGraph, current: readonly string[]): readonly string[] {
  checkCurrent(graph, current)
  return current
}

function checkOverlap(graph: RevisionGraph, resolved: readonly (readonly Target[])[]): void {
  const everything = resolved.flat()
  const whole = everything.find(({ id, branch }) => id === null && branch === undefined)
  const other = everything.find(({ id }) => id !== null)
  if (whole && other?.id && resolved.length > 1) throw new OverlappingTargetsError('base', other.id)
  for (const [index, targets] of resolved.entries()) {
    const rest = new Set(idsOf(resolved.filter((_, position) => position !== index).flat()))
    for (const id of idsOf(targets)) {
      const below = ancestorsOf(graph, [id])
      const ancestor = [...rest].find((candidate) => candidate !== id && below.has(candidate))
      if (ancestor !== undefined) throw new OverlappingTargetsError(ancestor, id)
    }
  }
}

function distinct(targets: readonly Target[]): Target[] {
  return [...new Map(targets.map((one) => [JSON.stringify([one.id, one.branch]), one])).values()]
}

function idsOf(targets: readonly Target[]): string[] {
  return [...new Set(targets.map(({ id }) => id).filter((id) => id !== null))]
}

function target(id: string | null, branch?: string): Target {
  return branch === undefined ? { id } : { id, branch }
}
