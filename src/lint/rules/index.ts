import type { Rule } from '../rule'
import { conversion } from './conversion'
import { destructive } from './destructive'
import { enumValues } from './enum-values'
import { narrowing } from './narrowing'
import { requiredColumn } from './required-column'

/** The rules there are; a new one is its file and a line here. */
export const rules: readonly Rule[] = [destructive, narrowing, conversion, enumValues, requiredColumn]
