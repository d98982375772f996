// Long work in short turns, between which the page gets its own; while a pointer is down, the work waits for it.

const TURN = 10; // milliseconds, also of the page's turn

let isPointerDown = false;
for (const name of ["pointerdown", "pointerup", "pointercancel"])
  addEventListener(
    name,
    () => {
      isPointerDown = name === "pointerdown";
    },
    true,
  );

/** @param {number} time in milliseconds */
const pause = (time) => new Promise((go) => setTimeout(go, time));

/**
 * f(0), f(1), ..., until all are there.
 * @template T
 * @param {number} count
 * @param {(n: number) => T} f
 */
export async function inTurns(count, f) {
  /** @type {T[]} */
  const made = [];
  while (made.length < count) {
    await pause(TURN);
    if (isPointerDown) continue; // somebody draws: each stroke is seen at once
    for (const start = performance.now(); made.length < count && performance.now() - start < TURN; )
      made.push(f(made.length));
  }
  return made;
}
