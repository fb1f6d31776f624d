/** SSM's parameters, of which the CDK reads the version of its bootstrap stack. */
import * as z from 'zod'
import { serveJson } from '../endpoint.ts'
import { AwsError } from '../json-service.ts'

const getParameter = z.object({ Name: z.string() })

/** GetParameter, over values by name. */
export const ssmService = (values: ReadonlyMap<string, string>) =>
  serveJson({
    GetParameter: (input: unknown) => {
      const { Name } = getParameter.parse(input)
      const Value = values.get(Name)
      if (Value === undefined) throw new AwsError('ParameterNotFound', `There is no ${Name}`)
      return { Parameter: { Name, Value, Type: 'String', Version: 1 } }
    },
  })
