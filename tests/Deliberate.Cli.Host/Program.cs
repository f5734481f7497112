using System.Reflection;
using System.Text.Json;
using Deliberate.Cli.Host;

// Commands come in as lines of JSON and their results go out so: what the program itself writes and reads has to go elsewhere.
using var commands = new StreamReader(Console.OpenStandardInput());
using var results = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
var output = new CapturedText();
var error = new CapturedText();
Console.SetOut(output);
Console.SetError(error);
var main = Assembly.Load("deliberate").EntryPoint!;
while (await commands.ReadLineAsync().ConfigureAwait(false) is { } line)
{
    var command = JsonSerializer.Deserialize<HostCommand>(line)!;
    Directory.SetCurrentDirectory(command.Folder);
    using var input = new StringReader(command.Input);
    Console.SetIn(input);
    var exit = (int)main.Invoke(null, [command.Arguments])!;
    // A test deletes its folder, and a process whose folder is gone cannot change to another by a name.
    Directory.SetCurrentDirectory(AppContext.BaseDirectory);
    await results.WriteLineAsync(JsonSerializer.Serialize(new HostResult(exit, output.Take(), error.Take()))).ConfigureAwait(false);
}
