"""The error function for JavaScript, which has none: rational approximations in four ranges.

The coefficients are those of fdlibm (Sun Microsystems, 1993), below 1 ulp off.
"""

__all__ = ["ERF", "ERFC", "HELPERS", "TAIL"]

HELPERS = ("polynomial", "nearZero", "nearOne", "NEAR_ONE")  # names that the text takes

# Σ c_k t^k, by Horner's rule.
TAIL = """\
const polynomial = (t, c) => c.reduceRight((sum, one) => sum * t + one, 0);
const nearZero = (x) => polynomial(x * x, [1.28379167095512558561e-01, -3.25042107247001499370e-01,
-2.84817495755985104766e-02, -5.77027029648944159157e-03, -2.37630166566501626084e-05])
/ polynomial(x * x, [1, 3.97917223959155352819e-01, 6.50222499887672944485e-02,
5.08130628187576562776e-03, 1.32494738004321644526e-04, -3.96022827877536812320e-06]);
const NEAR_ONE = 8.45062911510467529297e-01;
const nearOne = (t) => polynomial(t, [-2.36211856075265944077e-03, 4.14856118683748331666e-01,
-3.72207876035701323847e-01, 3.18346619901161753674e-01, -1.10894694282396677476e-01,
3.54783043256182359371e-02, -2.16637559486879084300e-03])
/ polynomial(t, [1, 1.06420880400844228286e-01, 5.40397917702171048937e-01,
7.18286544141962662868e-02, 1.26171219808761642112e-01, 1.36370839120290507362e-02,
1.19844998467991074170e-02]);
function erfTail(x) {
  const t = 1 / (x * x);
  const share = x < 1 / 0.35
    ? polynomial(t, [-9.86494403484714822705e-03, -6.93858572707181764372e-01,
-1.05586262253232909814e+01, -6.23753324503260060396e+01, -1.62396669462573470355e+02,
-1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00])
/ polynomial(t, [1, 1.96512716674392571292e+01, 1.37657754143519042600e+02,
4.34565877475229228821e+02, 6.45387271733267880336e+02, 4.29008140027567833386e+02,
1.08635005541779435134e+02, 6.57024977031928170135e+00, -6.04244152148580987438e-02])
    : polynomial(t, [-9.86494292470009928597e-03, -7.99283237680523006574e-01,
-1.77579549177547519889e+01, -1.60636384855821916062e+02, -6.37566443368389627722e+02,
-1.02509513161107724954e+03, -4.83519191608651397019e+02])
/ polynomial(t, [1, 3.03380607434824582924e+01, 3.25792512996573918826e+02,
1.53672958608443695994e+03, 3.19985821950859553908e+03, 2.55305040643316442583e+03,
4.74528541206955367215e+02, -2.24409524465858183362e+01]);
  const z = Math.fround(x);
  return Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + share) / x;
}"""

ERF = """\
function erf(x) {
  const size = Math.abs(x);
  if (!(size >= 0.84375)) return x + x * nearZero(x);
  const sign = x < 0 ? -1 : 1;
  if (size < 1.25) return sign * (NEAR_ONE + nearOne(size - 1));
  return size >= 6 ? sign : sign * (1 - erfTail(size));
}"""

ERFC = """\
function erfc(x) {
  const size = Math.abs(x);
  if (!(size >= 0.84375)) {
    return x < 0.25 ? 1 - (x + x * nearZero(x)) : 0.5 - (x - 0.5 + x * nearZero(x));
  }
  const rest = nearOne(size - 1);
  if (size < 1.25) return x < 0 ? 1 + (NEAR_ONE + rest) : 1 - NEAR_ONE - rest;
  if (x < 0) return size >= 6 ? 2 : 2 - erfTail(size);
  return size >= 28 ? 0 : erfTail(size);
}"""
