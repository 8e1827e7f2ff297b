import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { CatsModule } from './cats/cats.module'
import { options } from './data-source'

@Module({ imports: [TypeOrmModule.forRoot(options), CatsModule] })
export class AppModule {}
