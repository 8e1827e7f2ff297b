import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

@Entity()
export class Document {
  @PrimaryGeneratedColumn()
  id: number

  @Column({ type: 'varchar', length: 200, nullable: true })
  workingTitle: string | null

  @Column({ type: 'integer', default: 0 })
  version: number
}
