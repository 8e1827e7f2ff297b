// What happens during a run, as lines a person can follow.
import { relative } from 'node:path'
import type { Out } from '../commands/command'
import type { CommandEvent } from '../environment'
import { blockerText } from '../runtime/events'

/** Prints one event; `verbose` also prints every statement. */
export function describeEvent(event: CommandEvent, { line, paint }: Out, verbose: boolean): void {
  switch (event.type) {
    case 'target':
      return line(paint.dim(`database  ${event.address}${event.schema === undefined ? '' : ` schema ${event.schema}`}`))
    case 'warning':
      return line(`${paint.yellow('warning')}   ${event.message}`)
    case 'lock':
      if (event.state === 'taken') return
      return line(
        `${paint.dim('waiting')}   another process is migrating${event.holder === undefined ? '' : `: ${event.holder}`}`,
      )
    case 'backup':
      return line(backupLine(event, paint))
    case 'migration': {
      if (event.state === 'started') return
      const { direction, revision } = event.step
      const arrow = direction === 'up' ? paint.green('upgrade') : paint.yellow('downgrade')
      const state = event.state === 'done' ? `${event.durationMs ?? 0} ms` : event.state
      const pad = direction === 'up' ? '   ' : ' '
      return line(`${arrow}${pad}${paint.bold(revision.id)}  ${said(revision.message)}${paint.dim(state)}`)
    }
    case 'statement':
      if (verbose) line(paint.dim(`          ${event.sql.replace(/\n/g, '\n          ')}  (${event.durationMs} ms)`))
      return
    case 'copy':
      return line(`${paint.dim('copying')}   ${event.table}  ${paint.dim(copied(event))}`)
    case 'batch':
      if (verbose) line(paint.dim(`          ${batches(event)}`))
      return
    case 'hook':
      line(`${paint.dim('hook')}      ${event.name}  ${paint.dim(`${event.durationMs} ms`)}`)
      if (verbose && event.output !== '') line(paint.dim(`          ${event.output.replace(/\n/g, '\n          ')}`))
      return
    case 'blocked':
      return line(
        `${paint.yellow('blocked')}   ${event.revision} waits for ${(event.waitedMs / 1000).toFixed(0)} s for ${event.blockers.map(blockerText).join(', ')}`,
      )
    case 'retry': {
      const again = `again in ${(event.pauseMs / 1000).toFixed(1)} s (${event.retry} of ${event.retries})`
      const who = event.blockers.length === 0 ? '' : `; in the way: ${event.blockers.map(blockerText).join(', ')}`
      return line(`${paint.yellow('retry')}     ${event.revision} was rolled back: ${event.reason}${who}; ${again}`)
    }
    case 'progress':
      return line(paint.dim(`running   ${event.revision}  ${progressText(event)}`))
    case 'run':
    case 'segment':
    case 'end':
    case 'failure':
      return
  }
}

/** How far something has come that takes its time, for a line that is written over; undefined for other events. */
export function doneText(event: CommandEvent): string | undefined {
  switch (event.type) {
    case 'copy':
      return `copying ${event.table}: ${copied(event)}`
    case 'batch':
      return batches(event)
    case 'progress':
      return progressText(event)
    default:
      return undefined
  }
}

function copied({ rows, total }: Extract<CommandEvent, { type: 'copy' }>): string {
  return `${rows} of ${total} rows, ${Math.floor((rows / total) * 100)} %`
}

function batches({ table, batches: count }: Extract<CommandEvent, { type: 'batch' }>): string {
  return `${table}: ${count} ${count === 1 ? 'batch' : 'batches'}`
}

/** A message in a line of columns: what it says first, or no column at all. */
export function said(message: string): string {
  const [first = ''] = message.trim().split('\n', 1)
  return first === '' ? '' : `${first.trimEnd()}  `
}

/** How far the server has come with a statement. */
function progressText({ phase, done, total, durationMs }: Extract<CommandEvent, { type: 'progress' }>): string {
  const share = total > 0 ? `, ${Math.floor((done / total) * 100)} %` : ''
  return `${phase}${share}  (${(durationMs / 1000).toFixed(0)} s)`
}

function backupLine({ state, file }: Extract<CommandEvent, { type: 'backup' }>, { dim, yellow }: Out['paint']): string {
  const place = relative(process.cwd(), file)
  const shown = place.startsWith('..') ? file : place
  if (state === 'made') return dim(`backup    ${shown}`)
  if (state === 'removed') return dim(`backup    removed, as nothing was changed: ${shown}`)
  return `${yellow('restored')}  the database is as it was before this command, from ${shown}`
}
