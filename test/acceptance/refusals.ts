// What is not done, as nobody can say that no row is lost: the refusal explains itself, and everything is as it was.
import * as typeorm from 'typeorm'
import type { RevisionOptions } from '../../src'
import { entity } from '../support/entities/make'
import type { Entities } from '../support/story'

const { Column, PrimaryColumn, PrimaryGeneratedColumn } = typeorm

/** Refusal is one row: where the way from the one to the other ends. */
export interface Refusal {
  readonly row: string
  readonly before: Entities
  readonly rows: string
  readonly after: Entities
  readonly choices?: RevisionOptions
  readonly refused: 'revision' | 'upgrade' | 'downgrade'
  /** Before PostgreSQL 16 the server itself refuses, with the statement that was tried. */
  readonly triedBefore16?: true
  /** Rows that come between the upgrade and the downgrade that is refused. */
  readonly meanwhile?: string
  /** What the message must name. */
  readonly says: readonly string[]
  /** Queries, and what they still answer. */
  readonly kept: Readonly<Record<string, readonly object[]>>
}

const thing = (columns: Parameters<typeof entity>[1]) => entity('thing', { id: PrimaryGeneratedColumn(), ...columns })
const required = { 'SELECT value FROM thing': [{ value: 'kept' }] }

export const refusals: readonly Refusal[] = [
  {
    row: 'L1 a downgrade that would cut a value',
    before: [thing({ value: Column('varchar', { length: 5 }) })],
    after: [thing({ value: Column('varchar', { length: 10 }) })],
    rows: '',
    meanwhile: `INSERT INTO thing (value) VALUES ('too long')`,
    refused: 'downgrade',
    says: ['thing.value', '1 row'],
    kept: { 'SELECT value FROM thing': [{ value: 'too long' }] },
  },
  {
    row: 'L2 a narrower type, while a value does not fit',
    before: [thing({ value: Column('bigint') })],
    after: [thing({ value: Column('int') })],
    rows: 'INSERT INTO thing (value) VALUES (5000000000)',
    refused: 'upgrade',
    says: ['thing.value', '1 row'],
    kept: { 'SELECT value FROM thing': [{ value: '5000000000' }] },
  },
  {
    row: 'L2 a text that is no list to a list',
    before: [thing({ value: Column('text') })],
    after: [thing({ value: Column('text', { array: true }) })],
    rows: `INSERT INTO thing (value) VALUES ('kept')`,
    refused: 'upgrade',
    triedBefore16: true,
    says: ['thing.value'],
    kept: required,
  },
  {
    row: 'L2 a downgrade from a list to its one value, while a row has two',
    before: [thing({ value: Column('enum', { enum: ['a', 'b'] }) })],
    after: [thing({ value: Column('enum', { enum: ['a', 'b'], array: true }) })],
    rows: '',
    meanwhile: `INSERT INTO thing (value) VALUES ('{a,b}'), ('{a}')`,
    refused: 'downgrade',
    says: ['thing.value', '1 row', 'which of their values stays'],
    kept: { 'SELECT value FROM thing ORDER BY id': [{ value: '{a,b}' }, { value: '{a}' }] },
  },
  {
    row: 'L3 a renamed column beside a new one, unanswered',
    before: [thing({ name: Column('varchar') })],
    after: [thing({ fullName: Column('varchar'), age: Column('int', { nullable: true }) })],
    rows: `INSERT INTO thing (name) VALUES ('kept')`,
    refused: 'revision',
    says: ['thing.name', 'fullName'],
    kept: { 'SELECT name FROM thing': [{ name: 'kept' }] },
  },
  {
    row: 'L4 a dropped and a new column of one type, unanswered',
    before: [thing({ legacyToken: Column('varchar', { nullable: true }) })],
    after: [thing({ email: Column('varchar', { nullable: true }) })],
    rows: `INSERT INTO thing ("legacyToken") VALUES ('secret')`,
    refused: 'revision',
    says: ['thing.legacyToken', 'email'],
    kept: { 'SELECT "legacyToken" FROM thing': [{ legacyToken: 'secret' }] },
  },
  {
    row: 'L18 a primary key of numbers to one of uuids',
    before: [entity('thing', { id: PrimaryGeneratedColumn() })],
    after: [entity('thing', { id: PrimaryColumn('uuid') })],
    rows: 'INSERT INTO thing DEFAULT VALUES',
    refused: 'revision',
    says: ['thing.id', 'integer', 'uuid'],
    kept: { 'SELECT id FROM thing': [{ id: 1 }] },
  },
  {
    row: 'L19 an enum value is removed while a row holds it',
    before: [thing({ value: Column('enum', { enum: ['a', 'b', 'kept'] }) })],
    after: [thing({ value: Column('enum', { enum: ['a', 'b'] }) })],
    rows: `INSERT INTO thing (value) VALUES ('kept')`,
    refused: 'upgrade',
    says: ['thing_value_enum', '1 row'],
    kept: required,
  },
  {
    row: 'L19 a downgrade that would take away an enum value in use',
    before: [thing({ value: Column('enum', { enum: ['a'] }) })],
    after: [thing({ value: Column('enum', { enum: ['a', 'kept'] }) })],
    rows: '',
    meanwhile: `INSERT INTO thing (value) VALUES ('kept')`,
    refused: 'downgrade',
    says: ['thing_value_enum', '1 row'],
    kept: required,
  },
  {
    row: 'L20 a required column without a default, as long as nobody says what it holds',
    before: [thing({ value: Column('varchar') })],
    after: [thing({ value: Column('varchar'), email: Column('varchar') })],
    rows: `INSERT INTO thing (value) VALUES ('kept')`,
    refused: 'upgrade',
    says: ['thing.email'],
    kept: required,
  },
]
