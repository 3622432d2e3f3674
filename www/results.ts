// What files of results are read and drawn by: loaded when one is opened, since few people open any.

export { resultsPanel } from "./panels/results.js";
export { readReproduction } from "./results/reproduction.js";
