/* The digit networks by hand: what the compiled graphs are measured against.

   gcc -O3 -march=native -ffast-math -shared -fPIC -o digits_by_hand.so digits_by_hand.c -lm

   One hidden layer of sigmoid units, squared error, full batches, plain gradient descent.
   Images lie column by column (x[i][image]), so that the loops over images become vectors.
   Parameters unit by unit, weights before the bias, as nn.Network.parameters() has them. */

#include <math.h>

#ifndef INPUTS
#define INPUTS 12
#define HIDDEN 3
#define OUTPUTS 2
#define IMAGES 64
#endif

#define BLOCK 64 /* images that are worked on together: what they need stays in the cache */

static double step(double *restrict p, const double *restrict x, const double *restrict t, double rate)
{
    static double a[HIDDEN][BLOCK], b[OUTPUTS][BLOCK], d[OUTPUTS][BLOCK], e[HIDDEN][BLOCK];
    double g[(INPUTS + 1) * HIDDEN + (HIDDEN + 1) * OUTPUTS] = {0};
    double *const q = p + (INPUTS + 1) * HIDDEN;
    double *const h = g + (INPUTS + 1) * HIDDEN;
    double C = 0.0;
    for (int first = 0; first < IMAGES; first += BLOCK) {
        for (int j = 0; j < HIDDEN; j++) {
            const double *w = p + j * (INPUTS + 1);
            double z[BLOCK];
            for (int k = 0; k < BLOCK; k++) z[k] = w[INPUTS];
            for (int i = 0; i < INPUTS; i++)
                for (int k = 0; k < BLOCK; k++) z[k] += w[i] * x[i * IMAGES + first + k];
            for (int k = 0; k < BLOCK; k++) a[j][k] = 1.0 / (1.0 + exp(-z[k]));
        }
        for (int j = 0; j < OUTPUTS; j++) {
            const double *w = q + j * (HIDDEN + 1);
            double z[BLOCK];
            for (int k = 0; k < BLOCK; k++) z[k] = w[HIDDEN];
            for (int i = 0; i < HIDDEN; i++)
                for (int k = 0; k < BLOCK; k++) z[k] += w[i] * a[i][k];
            for (int k = 0; k < BLOCK; k++) {
                b[j][k] = 1.0 / (1.0 + exp(-z[k]));
                double r = b[j][k] - t[j * IMAGES + first + k];
                C += 0.5 * r * r;
                d[j][k] = r * b[j][k] * (1.0 - b[j][k]);
            }
        }
        for (int i = 0; i < HIDDEN; i++) {
            for (int k = 0; k < BLOCK; k++) e[i][k] = 0.0;
            for (int j = 0; j < OUTPUTS; j++)
                for (int k = 0; k < BLOCK; k++) e[i][k] += q[j * (HIDDEN + 1) + i] * d[j][k];
            for (int k = 0; k < BLOCK; k++) e[i][k] *= a[i][k] * (1.0 - a[i][k]);
        }
        for (int j = 0; j < OUTPUTS; j++) {
            double *gj = h + j * (HIDDEN + 1);
            for (int i = 0; i < HIDDEN; i++) {
                double s = 0.0;
                for (int k = 0; k < BLOCK; k++) s += d[j][k] * a[i][k];
                gj[i] += s;
            }
            double s = 0.0;
            for (int k = 0; k < BLOCK; k++) s += d[j][k];
            gj[HIDDEN] += s;
        }
        for (int j = 0; j < HIDDEN; j++) {
            double *gj = g + j * (INPUTS + 1);
            for (int i = 0; i < INPUTS; i++) {
                double s = 0.0;
                for (int k = 0; k < BLOCK; k++) s += e[j][k] * x[i * IMAGES + first + k];
                gj[i] += s;
            }
            double s = 0.0;
            for (int k = 0; k < BLOCK; k++) s += e[j][k];
            gj[INPUTS] += s;
        }
    }
    for (int k = 0; k < (INPUTS + 1) * HIDDEN + (HIDDEN + 1) * OUTPUTS; k++) p[k] -= rate * g[k];
    return C;
}

double steps(double *p, const double *x, const double *t, double rate, long count)
{
    double C = 0.0;
    for (long k = 0; k < count; k++) C = step(p, x, t, rate);
    return C;
}
