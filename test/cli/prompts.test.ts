// The words of a question, without a terminal.
import { describe, expect, test } from '@jest/globals'
import { wording } from '../../src/cli/prompts'

const ask = (...[kind, gone, name, created, destructive = true]: [Kind, string, string, string[], boolean?]) => {
  const { message, choices } = wording({ kind, gone, name, created, destructive })
  return [message, ...choices.map(({ label, hint, value }) => `${label} (${hint}) → ${value}`)]
}
type Kind = 'table' | 'column' | 'enumValue'

describe('the question', () => {
  test.each<[string, string[], string[]]>([
    [
      'about a column',
      ask('column', 'user.name', 'name', ['fullName']),
      [
        'user.fullName is new and user.name is gone: renamed, or dropped and created?',
        'renamed to fullName (keeps what it holds) → fullName',
        'dropped (its values are lost) → null',
      ],
    ],
    [
      'about a table of another schema, with several to choose from',
      ask('table', 'audit.user', 'user', ['users', 'account']),
      [
        'audit.user is gone, and 2 new ones look like it: what became of it?',
        'renamed to users (keeps what it holds) → users',
        'renamed to account (keeps what it holds) → account',
        'dropped (its rows are lost) → null',
      ],
    ],
    [
      'about a value with a dot in it',
      ask('enumValue', 'user_level_enum.v1.0', 'v1.0', ['v1.1']),
      [
        'user_level_enum.v1.1 is new and user_level_enum.v1.0 is gone: renamed, or dropped and created?',
        'renamed to v1.1 (keeps what it holds) → v1.1',
        'dropped (no row may hold it) → null',
      ],
    ],
    [
      'about what is not ours',
      ask('column', 'user.name', 'name', ['fullName'], false),
      [
        'user.fullName is new and user.name is gone: renamed, or dropped and created?',
        'renamed to fullName (keeps what it holds) → fullName',
        'not renamed (it stays as it is: no revision created it) → null',
      ],
    ],
  ])('%s', (_, asked, expected) => {
    expect(asked).toEqual(expected)
  })
})
