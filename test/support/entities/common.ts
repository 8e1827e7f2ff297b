// Entities that every database takes: relations, inheritance, embedded columns, trees, names.
import 'reflect-metadata'
import {
  BaseEntity,
  Check,
  ChildEntity,
  Column,
  CreateDateColumn,
  DefaultNamingStrategy,
  DeleteDateColumn,
  Entity,
  EntitySchema,
  Generated,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  RelationId,
  type Relation,
  TableInheritance,
  Tree,
  TreeChildren,
  TreeLevelColumn,
  TreeParent,
  Unique,
  UpdateDateColumn,
  VersionColumn,
  ViewColumn,
  ViewEntity,
  VirtualColumn,
  type DataSource,
} from 'typeorm'
import type { EntityCase } from './case'

@Entity()
class Plain {
  @PrimaryGeneratedColumn() id!: number
  @Column() text!: string
  @Column() number!: number
  @Column() flag!: boolean
  @Column() moment!: Date
  @Column('varchar', { length: 20 }) short!: string
  @Column('varchar', { nullable: true }) maybe!: string | null
  @Column('text', { default: null }) nothing!: string | null
  @Column('decimal', { precision: 10, scale: 2 }) price!: string
  @Column('simple-array') list!: string[]
  @Column('simple-json') json!: object
  @Column({ name: 'other name', type: 'int' }) renamed!: number
  @Column({ type: 'varchar', select: false, update: false }) hidden!: string
  @VirtualColumn({ query: (alias) => `SELECT 1 FROM plain WHERE ${alias}.id = 1` }) virtual!: number
}

@Entity()
class Defaults {
  @PrimaryGeneratedColumn() id!: number
  @Column({ default: 'hello' }) text!: string
  @Column({ default: '' }) empty!: string
  @Column({ default: '5' }) digits!: string
  @Column({ default: 5 }) number!: number
  @Column({ default: -5 }) negative!: number
  @Column({ default: 0 }) zero!: number
  @Column({ default: true }) yes!: boolean
  @Column({ default: false }) no!: boolean
  @Column('float', { default: 1.5 }) half!: number
  @Column('varchar', { default: () => `'a' || 'b'` }) concatenated!: string
  @Column('simple-array', { default: 'a,b' }) list!: string[]
  @Column('varchar', { default: 'a::b' }) colons!: string
  @Column('varchar', { default: 'CURRENT_TIMESTAMP' }) looksLikeCode!: string
}

@Entity()
class RoundaboutDefaults {
  @PrimaryGeneratedColumn() id!: number
  @Column('decimal', { precision: 10, scale: 2, default: '0.00' }) price!: string
  @Column('int', { default: '5' }) number!: number
  @Column('varchar', { nullable: true, default: () => 'NULL' }) explicitNull!: string | null
}

@Entity()
class Dates {
  @PrimaryGeneratedColumn() id!: number
  @CreateDateColumn() created!: Date
  @UpdateDateColumn() updated!: Date
  @DeleteDateColumn() deleted!: Date | null
  @VersionColumn() version!: number
  @Column({ type: Date, default: () => 'CURRENT_TIMESTAMP' }) stamped!: Date
}

@Entity()
class NaturalKey {
  @PrimaryColumn('varchar', { length: 8 }) code!: string
}

@Entity()
class CompositeKey {
  @PrimaryColumn() zone!: string
  @PrimaryColumn() area!: string
  @Column() name!: string
  @OneToMany(() => CompositeChild, (child) => child.parent) children!: CompositeChild[]
}

@Entity()
class CompositeChild {
  @PrimaryGeneratedColumn() id!: number
  @ManyToOne(() => CompositeKey, (parent) => parent.children, { onDelete: 'CASCADE', onUpdate: 'CASCADE' })
  parent!: CompositeKey
}

@Entity()
class UuidKey {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column() @Generated('uuid') token!: string
}

@Entity()
class NamedKey {
  @PrimaryColumn('int', { primaryKeyConstraintName: 'pk_named' }) id!: number
}

@Entity()
@Unique(['first', 'second'])
@Unique('uq_named_pair', ['second', 'third'])
@Unique('uq_named_single', ['third'])
@Index(['second', 'first'])
@Index('ix_named', ['third', 'first'], { unique: true })
@Index('ix_partial', ['first'], { where: 'second > 5' })
@Check('first <> third')
@Check('ck_named', 'second >= 0 AND second < 100')
class Constrained {
  @PrimaryGeneratedColumn() id!: number
  @Column() first!: string
  @Column() second!: number
  @Column() third!: string
  @Column({ unique: true }) single!: string
  @Index() @Column() indexed!: string
  @Index({ unique: true }) @Column() uniquelyIndexed!: string
}

@Entity()
class Author extends BaseEntity {
  @PrimaryGeneratedColumn() id!: number
  @Column() name!: string
  @OneToMany(() => Book, (book) => book.author) books!: Book[]
  @OneToOne(() => Profile, (profile) => profile.author) profile!: Relation<Profile>
}

@Entity()
class Profile {
  @PrimaryGeneratedColumn() id!: number
  @OneToOne(() => Author, (author) => author.profile, { onDelete: 'CASCADE' }) @JoinColumn() author!: Author
}

@Entity()
class Book {
  @PrimaryGeneratedColumn() id!: number
  @ManyToOne(() => Author, (author) => author.books, { nullable: false, onDelete: 'RESTRICT' }) author!: Author
  @ManyToOne(() => Author, { onDelete: 'SET NULL', lazy: true }) editor!: Promise<Author | null>
  @ManyToOne(() => Author)
  @JoinColumn({ name: 'translated_by', foreignKeyConstraintName: 'fk_translator' })
  translator!: Author
  @ManyToOne(() => Author, { createForeignKeyConstraints: false }) @Index() reviewer!: Author
  @ManyToOne(() => Book) sequelOf!: Book
  @ManyToMany(() => Tag, (tag) => tag.books) @JoinTable() tags!: Tag[]
  @ManyToMany(() => Tag)
  @JoinTable({ name: 'book_genres', joinColumn: { name: 'book' }, inverseJoinColumn: { name: 'genre' } })
  genres!: Tag[]
  @RelationId((book: Book) => book.author) authorNumber!: number
}

@Entity()
class Tag {
  @PrimaryGeneratedColumn() id!: number
  @Column({ unique: true }) label!: string
  @ManyToMany(() => Book, (book) => book.tags) books!: Book[]
}

@Entity()
class LeftEnd {
  @PrimaryGeneratedColumn() id!: number
  @ManyToOne(() => RightEnd, (right) => right.lefts) right!: Relation<RightEnd>
}

@Entity()
class RightEnd {
  @PrimaryGeneratedColumn() id!: number
  @OneToMany(() => LeftEnd, (left) => left.right) lefts!: LeftEnd[]
  @OneToOne(() => LeftEnd) @JoinColumn() favourite!: LeftEnd
}

class Name {
  @Column({ length: 50 }) first!: string
  @Column({ length: 50, nullable: true, type: 'varchar' }) last!: string | null
}

class Contact {
  @Column(() => Name) name!: Name
  @Column({ unique: true }) email!: string
  @Index() @Column() phone!: string
}

@Entity()
class Customer {
  @PrimaryGeneratedColumn() id!: number
  @Column(() => Contact) contact!: Contact
  @Column(() => Name, { prefix: false }) self!: Name
  @Column(() => Name, { prefix: 'alt' }) other!: Name
}

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
class Vehicle {
  @PrimaryGeneratedColumn() id!: number
  @Column() wheels!: number
}

@ChildEntity()
class Car extends Vehicle {
  @Column() doors!: number
  @ManyToOne(() => Author) driver!: Author
  @Index() @Column() plate!: string
}

@ChildEntity('lorry')
class Truck extends Vehicle {
  @Column({ default: 3 }) axles!: number
}

@Entity()
@TableInheritance({ pattern: 'STI', column: { type: 'varchar' } })
class Shape {
  @PrimaryGeneratedColumn() id!: number
}

@ChildEntity()
class Circle extends Shape {
  @Column('float') radius!: number
}

abstract class Audited {
  @PrimaryGeneratedColumn() id!: number
  @CreateDateColumn() created!: Date
}

@Entity()
class Invoice extends Audited {
  @Column() number!: string
}

@Entity()
@Tree('closure-table')
class ClosureNode {
  @PrimaryGeneratedColumn() id!: number
  @TreeParent() parent!: ClosureNode
  @TreeChildren() children!: ClosureNode[]
  @TreeLevelColumn() level!: number
}

@Entity()
@Tree('closure-table', {
  closureTableName: 'leaf_paths',
  ancestorColumnName: (column) => 'above_' + column.propertyName,
  descendantColumnName: (column) => 'below_' + column.propertyName,
})
class NamedClosureNode {
  @PrimaryGeneratedColumn() id!: number
  @TreeParent({ onDelete: 'CASCADE' }) parent!: NamedClosureNode
  @TreeChildren() children!: NamedClosureNode[]
}

@Entity()
@Tree('materialized-path')
class PathNode {
  @PrimaryGeneratedColumn() id!: number
  @TreeParent() parent!: PathNode
  @TreeChildren() children!: PathNode[]
}

@Entity()
@Tree('nested-set')
class NestedNode {
  @PrimaryGeneratedColumn() id!: number
  @TreeParent() parent!: NestedNode
  @TreeChildren() children!: NestedNode[]
}

@Entity({ name: 'Mixed Case-table' })
class Awkward {
  @PrimaryGeneratedColumn({ name: 'ID' }) id!: number
  @Column({ name: 'select' }) reserved!: string
  @Column({ name: 'Ünïcode' }) unicode!: string
  @Column({ name: 'with space' }) @Index() space!: string
  @Column({ name: 'dash-ed', unique: true }) dashed!: string
  @ManyToOne(() => Awkward) @JoinColumn({ name: 'Parent_ID' }) parent!: Awkward
}

class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, custom: string, prefixes: string[]): string {
    return [...prefixes, custom || property].map(snake).join('_')
  }
  override joinColumnName(relation: string, referenced: string): string {
    return `${snake(relation)}_${referenced}`
  }
  override primaryKeyName(table: { name: string } | string, columns: string[]): string {
    return ['pk', last(table), ...columns].join('_')
  }
  override foreignKeyName(table: { name: string } | string, columns: string[]): string {
    return ['fk', last(table), ...columns].join('_')
  }
}
const snake = (text: string) => text.replace(/[A-Z]/g, (letter) => '_' + letter.toLowerCase())
const last = (table: { name: string } | string) =>
  (typeof table === 'string' ? table : table.name).split('.').pop() ?? ''

@Entity()
class Strategic {
  @PrimaryGeneratedColumn() id!: number
  @Column() firstName!: string
  @Column(() => Name) fullName!: Name
  @ManyToOne(() => Strategic) nextInLine!: Strategic
}

const Schematic = new EntitySchema<{ id: number; title: string; parent: unknown }>({
  name: 'Schematic',
  tableName: 'schematic',
  columns: {
    id: { type: Number, primary: true, generated: true },
    title: { type: String, length: 100, nullable: true },
  },
  relations: { parent: { type: 'many-to-one', target: 'Schematic', joinColumn: true, onDelete: 'CASCADE' } },
  indices: [{ name: 'ix_schematic', columns: ['title'] }],
  uniques: [{ columns: ['title', 'id'] }],
  checks: [{ name: 'ck_schematic', expression: 'id > 0' }],
})

@ViewEntity({ expression: 'SELECT id, name FROM author WHERE id > 1;' })
class SomeAuthor {
  @ViewColumn() id!: number
  @ViewColumn() name!: string
}

@ViewEntity({
  name: 'author_count',
  dependsOn: [SomeAuthor],
  expression: (dataSource: DataSource) =>
    dataSource.createQueryBuilder().select('COUNT(author.id)', 'total').from(SomeAuthor, 'author'),
})
class AuthorCount {
  @ViewColumn() total!: number
}

@Entity({ synchronize: false })
class Foreign {
  @PrimaryColumn() id!: number
}

@Entity()
class WithForeign {
  @PrimaryGeneratedColumn() id!: number
  @Column() name!: string
}

@Entity()
class Country {
  @PrimaryGeneratedColumn() id!: number
  @Column({ unique: true }) iso!: string
}

@Entity()
@Index(['country', 'name'])
class City {
  @PrimaryColumn() name!: string
  @PrimaryColumn() countryIso!: string
  @ManyToOne(() => Country) @JoinColumn({ name: 'countryIso', referencedColumnName: 'iso' }) country!: Country
}

@Entity()
class Street {
  @PrimaryGeneratedColumn() id!: number
  @ManyToOne(() => City, { onDelete: 'SET NULL' })
  @JoinColumn([
    { name: 'country', referencedColumnName: 'countryIso' },
    { name: 'city', referencedColumnName: 'name' },
  ])
  city!: City
  @ManyToMany(() => Street) @JoinTable() crossings!: Street[]
}

@Entity()
class Passport {
  @PrimaryColumn() ownerId!: number
  @OneToOne(() => Author, { onDelete: 'CASCADE', onUpdate: 'CASCADE' }) @JoinColumn({ name: 'ownerId' }) owner!: Author
}

@Entity()
@Unique('uq_first', ['name', 'size'])
@Unique('uq_second', ['name', 'size'])
@Unique('uq_turned', ['size', 'name'])
@Unique('uq_name', ['name'])
@Unique('uq_id', ['id'])
class KeyedTwice {
  @PrimaryColumn() id!: number
  @Column({ unique: true }) name!: string
  @Column() size!: number
  @Column({ unique: true }) ownerId!: number
  @OneToOne(() => Author) @JoinColumn({ name: 'ownerId' }) owner!: Author
}

/** The cases every dialect is tested with. */
export const commonCases: readonly EntityCase[] = [
  { name: 'plain columns', entities: [Plain] },
  { name: 'defaults', entities: [Defaults] },
  // We write the value: TypeORM takes 0 for another default than '0.00'.
  { name: 'roundabout defaults', entities: [RoundaboutDefaults] },
  { name: 'dates and versions', entities: [Dates] },
  { name: 'primary keys', entities: [NaturalKey, CompositeKey, CompositeChild, UuidKey, NamedKey] },
  { name: 'uniques, indexes and checks', entities: [Constrained] },
  { name: 'several keys over the same columns', entities: [KeyedTwice, Author, Profile, Book, Tag] },
  { name: 'relations', entities: [Author, Profile, Book, Tag] },
  { name: 'keys that are relations', entities: [Country, City, Street, Passport, Author, Profile, Book, Tag] },
  { name: 'a cycle of foreign keys', entities: [LeftEnd, RightEnd] },
  { name: 'embedded columns', entities: [Customer] },
  { name: 'single table inheritance', entities: [Vehicle, Car, Truck, Author, Profile, Book, Tag] },
  { name: 'single table inheritance with the default discriminator', entities: [Shape, Circle] },
  { name: 'an abstract base', entities: [Invoice] },
  { name: 'trees', entities: [ClosureNode, NamedClosureNode, PathNode, NestedNode] },
  { name: 'awkward names', entities: [Awkward] },
  { name: 'a naming strategy', entities: [Strategic], options: { namingStrategy: new SnakeCase() } },
  { name: 'an entity prefix', entities: [Author, Profile, Book, Tag], options: { entityPrefix: 'app_' } },
  { name: 'an entity schema', entities: [Schematic] },
  { name: 'views', entities: [Author, Profile, Book, Tag, AuthorCount, SomeAuthor] },
  { name: 'an entity that is left alone', entities: [Foreign, WithForeign] },
]

@Entity('thing')
@Check('ck', 'size > 0')
class ThingBefore {
  @PrimaryGeneratedColumn() id!: number
  @Column({ length: 50 }) name!: string
  @Column() size!: number
  @Column() gone!: string
  @Column({ default: 'a' }) letter!: string
  @Index('ix_size') @Column('int') indexed!: number
}

@Entity('thing')
@Check('ck', 'size > 1')
@Unique('uq', ['name', 'size'])
class ThingAfter {
  @PrimaryGeneratedColumn() id!: number
  @Column({ length: 60 }) name!: string
  @Column('int', { nullable: true }) size!: number | null
  @Column({ default: 'b' }) letter!: string
  @Index('ix_size', { unique: true }) @Column('int') indexed!: number
  @ManyToOne(() => ThingAfter) parent!: ThingAfter
}

/** One table as it was and as it is wanted, with a difference of most kinds. */
export const thing = {
  before: { name: 'before', entities: [ThingBefore] },
  after: { name: 'after', entities: [ThingAfter] },
} satisfies Record<string, EntityCase>
