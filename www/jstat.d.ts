// The functions of jstat that the page uses; the package brings no types.

declare module "jstat" {
  const jStat: {
    mean(values: readonly number[]): number;
    /** Standard deviation; `sample`: with n − 1. */
    stdev(values: readonly number[], sample: boolean): number;
    studentt: {
      /** The quantile `p` of Student's t with `freedom` degrees of freedom. */
      inv(p: number, freedom: number): number;
    };
  };
  export default jStat;
}
