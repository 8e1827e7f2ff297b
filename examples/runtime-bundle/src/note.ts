import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

// Names and types in words: minified classes have other names, and esbuild writes no metadata of types.
@Entity('note')
export class Note {
  @PrimaryGeneratedColumn()
  id: number

  @Column('varchar', { length: 500 })
  text: string
}
