// Entities only SQLite takes.
import 'reflect-metadata'
import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm'
import type { EntityCase } from './case'

enum Level {
  low,
  high,
}

@Entity()
class Enums {
  @PrimaryGeneratedColumn() id!: number
  @Column('simple-enum', { enum: ['draft', 'live'], default: 'draft' }) status!: string
  @Column('simple-enum', { enum: Level, nullable: true }) level!: Level | null
  @Column('simple-enum', { enum: ['only'] }) only!: string
}

@Entity()
class Types {
  @PrimaryColumn('integer') id!: number
  @Column('int8') int8!: number
  @Column('tinyint') tinyint!: number
  @Column('real') real!: number
  @Column('double') double!: number
  @Column('blob') blob!: Buffer
  @Column('date') date!: string
  @Column('time') time!: string
  @Column('datetime') datetime!: Date
  @Column('boolean') boolean!: boolean
  @Column('character', { length: 20 }) character!: string
  @Column('nvarchar', { length: 100 }) nvarchar!: string
  @Column('decimal', { precision: 5, scale: 1 }) decimal!: number
  @Column('numeric') numeric!: number
  @Column({ type: 'varchar', collation: 'NOCASE', unique: true }) nocase!: string
  @Column('datetime', { default: () => "datetime('now')" }) now!: Date
  @Column('datetime', { default: () => 'CURRENT_TIMESTAMP' }) stamp!: Date
}

@Entity()
class Computed {
  @PrimaryGeneratedColumn() id!: number
  @Column() first!: string
  @Column() last!: string
  @Column({ generatedType: 'STORED', asExpression: `first || ' ' || last` }) stored!: string
  @Column({ generatedType: 'VIRTUAL', asExpression: 'length(first)' }) virtual!: number
}

@Entity({ withoutRowid: true })
class WithoutRowid {
  @PrimaryColumn() code!: string
  @Column() label!: string
}

@Entity()
@Unique(['a', 'b'])
@Unique(['a'])
@Check(`"a" IN ('x', 'y')`)
@Index(['b'], { where: `"a" = 'x'` })
class Sets {
  @PrimaryGeneratedColumn() id!: number
  @Column() a!: string
  @Column() b!: string
}

/** The cases SQLite is tested with, besides the common ones. */
export const sqliteCases: readonly EntityCase[] = [
  { name: 'enums as checks', entities: [Enums] },
  { name: 'types', entities: [Types] },
  { name: 'generated columns', entities: [Computed] },
  { name: 'a table without row ids', entities: [WithoutRowid] },
  { name: 'overlapping uniques and quoted expressions', entities: [Sets] },
]
