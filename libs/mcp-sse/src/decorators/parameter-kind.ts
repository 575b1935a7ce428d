/**
 * What a parameter of a handler receives. The first two are Nest's own numbers for a body and a route
 * parameter, by which pipes (ValidationPipe among them) know what they look at.
 */
export enum ParameterKind {
  Args = 3,
  UriParam = 5,
  Context = 100,
  Principal = 101,
}
