// Numbers as texts, digit by digit as Python writes them.

export const NOT_YET = "–"; // in place of a number that is not computed at a position

const EXACT = 100; // digits: more than any tie has

// A number in at most so many significant digits, as Python's format "g" has it; zero without
// its sign, which says nothing.
export function told(number, digits = 6) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (number === 0) return "0";
  const [mantissa, power] = rounded(number, digits);
  if (power < -4 || power >= digits) {
    const sign = power < 0 ? "-" : "+";
    return `${shortest(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return shortest(Number(`${mantissa}e${power}`).toFixed(digits - 1 - power));
}

// The digits of a number as d.ddd, and its power of ten. A tie goes to the even digit in Python,
// and away from zero in JavaScript.
function rounded(number, digits) {
  const [mantissa, power] = number.toExponential(digits - 1).split("e");
  const exact = number.toExponential(EXACT);
  const sign = exact.startsWith("-") ? 1 : 0;
  const behind = exact.slice(sign + (digits > 1 ? digits + 1 : 2), exact.indexOf("e")).replace(".", "");
  const last = exact.slice(0, sign + (digits > 1 ? digits + 1 : 1));
  if (/^50*$/.test(behind) && "02468".includes(last[last.length - 1])) {
    return [last, Number(exact.slice(exact.indexOf("e") + 1))];
  }
  return [mantissa, Number(power)];
}

function shortest(written) { // without zeros that say nothing
  return written.includes(".") ? written.replace(/\.?0+$/, "") : written;
}

// A number as a picture has it: in four digits, with a true minus sign.
export function short(number) {
  return told(number, 4).replaceAll("-", "−").replace("inf", "∞");
}

// A number that a reader typed: a decimal comma, a true minus sign and full-width digits are
// understood. undefined for what is none.
export function typed(text) {
  const plain = text.normalize("NFKC").trim().replace(/[−－]/g, "-").replace(",", ".");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  const number = Number(plain);
  return Number.isFinite(number) ? number : undefined;
}
