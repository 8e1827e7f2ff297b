// Orders nodes so that everything stands after what it needs, one branch at a time.

/** Needs gives what must stand before a node. */
export type Needs = (id: string) => readonly string[]

/** Orders all that the ends need, depth first: a branch is walked whole before the next begins. The nodes must be free of cycles. */
export function orderByNeed(ends: readonly string[], needs: Needs): string[] {
  const ordered = new Set<string>()
  // A stack of its own instead of recursion: histories grow longer than the call stack.
  const stack = [...ends].reverse()
  while (stack.length > 0) {
    const id = stack[stack.length - 1]!
    const missing = ordered.has(id) ? [] : needs(id).filter((need) => !ordered.has(need))
    if (missing.length > 0) stack.push(...missing.reverse())
    else ordered.add(stack.pop()!)
  }
  return [...ordered]
}

/** Finds a cycle, as the members in the order in which they need each other, the first one again left out. */
export function findCycle(ids: readonly string[], needs: Needs): string[] | undefined {
  const done = new Set<string>()
  for (const start of ids) {
    const path: string[] = []
    const onPath = new Set<string>()
    const stack: { readonly id: string; readonly leave: boolean }[] = [{ id: start, leave: false }]
    while (stack.length > 0) {
      const { id, leave } = stack.pop()!
      if (leave) {
        onPath.delete(path.pop()!)
        done.add(id)
      } else if (onPath.has(id)) {
        return path.slice(path.indexOf(id))
      } else if (!done.has(id)) {
        path.push(id)
        onPath.add(id)
        stack.push({ id, leave: true }, ...needs(id).map((need) => ({ id: need, leave: false })))
      }
    }
  }
  return undefined
}
