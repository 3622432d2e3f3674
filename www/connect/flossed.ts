// The exponents that each iteration of flossing began with, of every gain and seed.

export interface Course {
  readonly gain: number;
  readonly seed: number;
  /** [iteration][exponent], in 1/step. */
  readonly exponents: readonly (readonly number[])[];
}

export type Courses = readonly Course[];

/** The courses with what one more iteration began with. */
export function heard(courses: Courses, { gain, seed, exponents }: { readonly gain: number; readonly seed: number; readonly exponents: readonly number[] }): Courses {
  const place = courses.findIndex((one) => one.gain === gain && one.seed === seed);
  if (place < 0) return [...courses, { gain, seed, exponents: [exponents] }];
  const course = courses[place]!;
  const grown = { ...course, exponents: [...course.exponents, exponents] };
  return courses.map((one, i) => (i === place ? grown : one));
}

/** Reads what a file holds of them. */
export function asCourses(value: unknown): Courses {
  const isNumbers = (list: unknown) => Array.isArray(list) && list.every((one) => typeof one === "number");
  const isCourse = (one: unknown): one is Course => {
    const course = one as Partial<Course> | null;
    return typeof course?.gain === "number" && typeof course.seed === "number" && Array.isArray(course.exponents) && course.exponents.every(isNumbers);
  };
  if (!Array.isArray(value) || !value.every(isCourse)) throw new Error("`flossing` in its head is no list of courses");
  return value;
}
