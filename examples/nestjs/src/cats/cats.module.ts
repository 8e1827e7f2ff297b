import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { Cat } from './cat.entity'
import { CatsService } from './cats.service'

@Module({ imports: [TypeOrmModule.forFeature([Cat])], providers: [CatsService] })
export class CatsModule {}
