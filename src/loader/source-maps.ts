// Stack traces show the lines the user wrote. Node would also read the maps of every package, which costs more than the packages.
let ours = false

/** Turns source maps on for this process, unless the user already did. */
export function enableSourceMaps(): void {
  if (
    ours ||
    process.execArgv.includes('--enable-source-maps') ||
    process.env.NODE_OPTIONS?.includes('--enable-source-maps')
  )
    return
  process.setSourceMapsEnabled(true)
  ours = true
}

/** Runs `load` with source maps on or off, if they are on because of us. */
export function withSourceMaps<T>(on: boolean, load: () => T): T {
  if (!ours || on === current) return load()
  set(on)
  try {
    return load()
  } finally {
    set(!on)
  }
}

let current = true

function set(on: boolean): void {
  process.setSourceMapsEnabled(on)
  current = on
}
