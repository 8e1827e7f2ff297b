// Who runs this, for the log.
import { hostname, userInfo } from 'node:os'

/** The user and the machine; the user is left out where the system has no name for it, as in some containers. */
export function whoRuns(): { readonly byUser?: string; readonly host: string } {
  const byUser = process.env.USER ?? process.env.LOGNAME ?? systemUser()
  return byUser === undefined ? { host: hostname() } : { byUser, host: hostname() }
}

function systemUser(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}
