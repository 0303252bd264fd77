/* SPDX-License-Identifier: MIT */
#ifndef MTL_NUM_INTERNAL_H
#define MTL_NUM_INTERNAL_H
/* Pieces shared by the files of num/, not for neighbours. */
#include <stdint.h>

/* x - log(1 + x) for x >= -1, without cancellation near 0 (there x^2/2). */
double mtl__x_minus_log1p(double x);
/* (1 + t) log(1 + t) - t for t >= -1, without cancellation near 0 (there t^2/2); 1 at t = -1. */
double mtl__deviance(double t);
/* log Gamma(x) - (x - 1/2) log x + x - log(2 pi)/2 for x > 0: the tail of Stirling's series. */
double mtl__stirling_tail(double x);
/* log k! - k log k + k for k = 0, 1, 2, ... */
double mtl__log_factorial_rest(double k);
/* erfc-like pair of the normal law with both tails to full relative accuracy. */
double mtl__norm_pdf(double z);
/* Regularised incomplete gamma, both tails at once. */
void mtl__gamma_pq(double a, double x, double *p, double *q);
/* x^a e^-x / Gamma(a) = x times the density of the gamma law. */
double mtl__gamma_prefactor(double a, double x);
/* Regularised incomplete beta, both tails at once; y = 1 - x. */
void mtl__beta_pq(double a, double b, double x, double y, double *p, double *q);
/* x^a y^b / B(a, b), y = 1 - x. */
double mtl__beta_prefactor(double a, double b, double x, double y);

#endif
