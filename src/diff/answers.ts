/** Answers say what became of what is gone: its new name, or null where it was dropped. */
export type Answers = Readonly<Record<string, string | null>>

/** Whether a value somebody wrote is that. */
export function isAnswers(value: unknown): value is Answers {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((answer) => answer === null || (typeof answer === 'string' && answer !== ''))
  )
}
