// Events as lines for an application's own logger.
import type { Listener } from './environment'
import { blockerText } from './runtime/events'

/** Logger hears a line per migration and warning; `console` is one. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
}

/** Turns a logger into a listener. */
function loggerListener(logger: Logger): Listener {
  return (event) => {
    switch (event.type) {
      case 'warning':
        return logger.warn(event.message)
      case 'migration': {
        if (event.state === 'started') return
        const { direction, revision } = event.step
        const verb = direction === 'up' ? 'upgrade' : 'downgrade'
        const how = event.state === 'done' ? `${event.durationMs ?? 0} ms` : event.state
        // A bundle has no comments, and so no message.
        return logger.info([verb, revision.id, revision.message, how].filter(Boolean).join(' '))
      }
      case 'copy':
        return logger.info(`copying ${event.table}: ${event.rows} of ${event.total} rows`)
      case 'backup':
        return logger.info(`backup ${event.state}: ${event.file}`)
      case 'blocked':
        return logger.info(`blocked ${event.revision}: ${event.blockers.map(blockerText).join(', ')}`)
      case 'retry':
        return logger.warn(
          `retry ${event.retry} of ${event.retries} of ${event.revision} in ${event.pauseMs} ms: ${event.reason}`,
        )
      case 'lock':
        if (event.state === 'waiting')
          logger.info(`waiting for another process that migrates: ${event.holder ?? 'unknown'}`)
        return
      default:
        return
    }
  }
}

/** One listener for a logger, a function that hears events, or both. */
export function listenerOf(options: { readonly onEvent?: Listener; readonly logger?: Logger }): Listener | undefined {
  const { onEvent, logger } = options
  if (logger === undefined) return onEvent
  const log = loggerListener(logger)
  return (event) => {
    log(event)
    onEvent?.(event)
  }
}
