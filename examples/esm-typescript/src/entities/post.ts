import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm'
import { User } from './user.js'

@Entity()
export class Post {
  @PrimaryGeneratedColumn()
  id: number

  @Index()
  @Column()
  title: string

  @ManyToOne(() => User, (user) => user.posts, { onDelete: 'CASCADE' })
  author: Relation<User>
}
