namespace Deliberate.Training;

/// <summary>A command as it is typed into a shell: words with spaces and the like in quotes.</summary>
internal static class ShellCommand
{
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Word));

    /// <summary>The command that trains a run's recipe again, beside it: its own folder holds a run already.</summary>
    public static string TrainAgain(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(folder);
        return Of(["deliberate", "train", Path.Combine(folder, RunFolder.RecipeFile), "--output", folder + "-again"]);
    }

    public static string Word(string word) => word.Length > 0 && word.All(IsPlain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '=' or ':' or ',' or '+' or '@' or '\\';
}
