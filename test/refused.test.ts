// What the system or the database does not let us do is a fact with a hint, not a stack.
import { describe, expect, test } from '@jest/globals'
import { DatabaseRefusedError, FileRefusedError, UsageError } from '../src/errors'
import { refusalOr } from '../src/refused'

const failed = (facts: object) => Object.assign(new Error('permission denied for schema public'), facts)

describe('an error that is a refusal', () => {
  test.each([
    ['a file', { code: 'EACCES', path: '/app/x.js' }, '/app/x.js cannot be read or written: permission denied.'],
    [
      'a read-only disk',
      { code: 'EROFS', path: '/app' },
      '/app cannot be read or written: the file system is read-only.',
    ],
  ])('%s', (_name, facts, message) => {
    expect(refusalOr(failed(facts))).toEqual(
      expect.objectContaining({ name: FileRefusedError.name, message, exitCode: 2 }),
    )
  })

  test.each([['42501'], ['25006'], ['3F000'], ['SQLITE_READONLY'], ['SQLITE_READONLY_DIRECTORY']])(
    'the database: %s',
    (code) => {
      expect(refusalOr(failed({ driverError: failed({ code }) }))).toEqual(
        expect.objectContaining({
          name: DatabaseRefusedError.name,
          message: 'The database does not allow it: permission denied for schema public.',
          exitCode: 2,
        }),
      )
    },
  )
})

test.each([
  [new UsageError('a', 'b')],
  [failed({ code: '42P01' })],
  [failed({ code: 'EACCES', syscall: 'connect' })],
  ['thrown'],
  [undefined],
])('any other error stays what it is: %s', (error) => {
  expect(refusalOr(error)).toBe(error)
})
