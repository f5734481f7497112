using System;
using System.IO;
using System.Text.Json;

namespace Deliberate.Harness
{
    /// <summary>Programs and their tests in, assemblies out: a line of JSON each way. Nothing of a program runs here.</summary>
    internal static class Compiling
    {
        public static void Serve(string frameworkFolder, string harness)
        {
            var compiler = new ScriptCompiler(frameworkFolder, harness);
            using var input = new StreamReader(Console.OpenStandardInput());
            using var output = Console.OpenStandardOutput();
            while (input.ReadLine() is { } line)
            {
                using var request = JsonDocument.Parse(line);
                var root = request.RootElement;
                var compiled = compiler.Compile(root.GetProperty("setup").GetString()!, root.GetProperty("program").GetString()!, [.. System.Linq.Enumerable.Select(root.GetProperty("tests").EnumerateArray(), test => test.GetString()!)], root.GetProperty("name").GetString()!);
                output.Write(JsonSerializer.SerializeToUtf8Bytes(new System.Collections.Generic.Dictionary<string, object?> { ["error"] = compiled.Error, ["assembly"] = compiled.Assembly, ["tests"] = compiled.Tests }));
                output.WriteByte((byte)'\n');
                output.Flush();
            }
        }
    }
}
