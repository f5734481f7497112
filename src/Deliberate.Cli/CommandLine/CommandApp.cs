using System.CommandLine;
using Deliberate.Core;
using Deliberate.Safety;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>
/// From arguments to exit code: parses, runs the command, and turns what goes wrong into one line on standard error:
/// <c>error: file:line:column: field: problem advice</c>, exit code 2, for what the user can fix; with its stack, exit code 70,
/// for what is a bug.
/// </summary>
internal static class CommandApp
{
    public static int Run(string[] args)
    {
        SafetyTasks.Register();
        return Run(CommandList.CreateRoot(), args);
    }

    /// <param name="root">The program's commands, or a test's.</param>
    public static int Run(RootCommand root, string[] args)
    {
        try
        {
            var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (ParseErrors.Find(parsed) is { } mistake) throw mistake;
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UserError error)
        {
            foreach (var message in error.Messages) Report(message);
            return ExitCode.UserMistake;
        }
        catch (OperationCanceledException)
        {
            Report("stopped before the end.");
            return ExitCode.Interrupted;
        }
        catch (Exception error) when (GraphicsFailure.Of(error) is { } failure)
        {
            Report(failure.Message);
            return ExitCode.UserMistake;
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            // Whatever the program was at: a folder that may not be read, a disk that is full.
            Report(error.Message);
            return ExitCode.UserMistake;
        }
        catch (Exception error)
        {
            Report($"this is a bug in Deliberate: {error.Message}");
            Console.Error.WriteLine(Secrets.Redact(error.ToString()));
            return ExitCode.Bug;
        }
    }

    private static void Report(string message) => Console.Error.WriteLine("error: " + Secrets.Redact(message).ReplaceLineEndings(" "));
}
