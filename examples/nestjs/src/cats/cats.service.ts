import { Injectable } from '@nestjs/common'
import { InjectRepository } from '@nestjs/typeorm'
import { Repository } from 'typeorm'
import { Cat } from './cat.entity'

@Injectable()
export class CatsService {
  constructor(@InjectRepository(Cat) private readonly cats: Repository<Cat>) {}

  create(name: string, age: number): Promise<Cat> {
    return this.cats.save({ name, age })
  }

  findAll(): Promise<Cat[]> {
    return this.cats.find()
  }
}
