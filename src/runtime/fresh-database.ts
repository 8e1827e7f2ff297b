// What to type where a database cannot be taken back: one beside it, with everything in it from the first revision on.
import { extname } from 'node:path'
import type { DataSourceOptions } from 'typeorm'
import { addressOf, isSqlite } from './address'

/** The command for a fresh database beside the one the options name; passwords are not part of it. */
export function freshDatabase(options: DataSourceOptions): string {
  const { host = 'localhost', port = '5432', user = '', database = '', file } = addressOf(options)
  if (isSqlite(options)) return upgradeOn(`sqlite:${besides(file ?? './app.db')}`)
  const name = `${database}_fresh`
  const isSocket = host.startsWith('/')
  const place = isSocket ? `localhost:${port}` : `${host}:${port}`
  const query = isSocket ? `?host=${encodeURIComponent(host)}` : ''
  const url = `postgres://${encodeURIComponent(user)}@${place}/${encodeURIComponent(name)}${query}`
  return `${creation(options, name)} && ${upgradeOn(url)}`
}

/** The command that makes a database of this name on the server the options lead to. */
export function creation(options: DataSourceOptions, name: string): string {
  const { host = 'localhost', port = '5432', user = '' } = addressOf(options)
  return ['createdb', '-h', host, '-p', port, '-U', user, name].map(quoted).join(' ')
}

function upgradeOn(url: string): string {
  return `autogen upgrade head --url ${quoted(url)}`
}

function besides(file: string): string {
  const ending = extname(file)
  return `${file.slice(0, file.length - ending.length)}_fresh${ending}`
}

function quoted(word: string): string {
  return /^[\w./:@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
