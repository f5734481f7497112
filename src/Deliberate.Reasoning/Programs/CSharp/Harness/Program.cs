// What judges C# programs, inside the sandbox. It is compiled there by the SDK's own compiler, so that nothing of it has to be shipped
// for the SDK that is found; see CSharpHarness.cs. "compile" stays and answers, "run" runs one program and ends.
using System;
using System.IO;
using Deliberate.Harness;

switch (args[0])
{
    case "compile":
        // The compiler's own libraries lie beside csc.
        System.Runtime.Loader.AssemblyLoadContext.Default.Resolving += (context, name) => File.Exists(Path.Combine(args[1], name.Name + ".dll")) ? context.LoadFromAssemblyPath(Path.Combine(args[1], name.Name + ".dll")) : null;
        Compiling.Serve(frameworkFolder: args[2], harness: args[3]);
        break;
    default:
        Running.Once();
        break;
}
