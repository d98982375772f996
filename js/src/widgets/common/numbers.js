// Numbers, and numbers in words.

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * At most so many decimals, with a real minus.
 * @param {number} value
 */
export const say = (value, decimals = 2) => String(+value.toFixed(decimals) || 0).replace("-", "−");
/** @param {number} value */
export const bracket = (value, decimals = 2) =>
  value < 0 ? `(${say(value, decimals)})` : say(value, decimals);
/** 12,345. Not by `toLocaleString`, which keeps a phone waiting the first time. @param {number} value */
export const whole = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
/** @param {string} words */
export const capital = (words) => words[0].toUpperCase() + words.slice(1);
/** @param {number} length */
export const range = (length) => [...Array(length).keys()];
/** @param {number[]} numbers */
export const total = (numbers) => numbers.reduce((a, b) => a + b, 0);

/**
 * With how many decimals numbers have to be shown, so that they add up to their sum as shown.
 * @param {number[]} parts
 */
export function decimalsToAdd(parts) {
  const sum = say(total(parts));
  let many = 2;
  while (many < 7 && say(total(parts.map((part) => +part.toFixed(many)))) !== sum) many++;
  return many;
}

/**
 * In percent, with a decimal near the ends: 0% is none at all, and 100% all.
 * @param {number} share
 */
export function percentOf(share) {
  if (share <= 0 || share >= 1) return `${100 * share}%`;
  return `${clamp(100 * share, 0.1, 99.9).toFixed(share < 0.1 || share > 0.9 ? 1 : 0)}%`;
}
