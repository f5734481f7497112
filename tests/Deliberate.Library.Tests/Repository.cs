namespace Deliberate.Library.Tests;

/// <summary>Files of the repository that tests compare, or write anew where <c>DELIBERATE_UPDATE=1</c> asks for it.</summary>
internal static class Repository
{
    public const string HowToUpdate = "DELIBERATE_UPDATE=1 dotnet run -c Release --project tests/Deliberate.Library.Tests";

    public static bool Updates => Environment.GetEnvironmentVariable("DELIBERATE_UPDATE") == "1";

    public static string Path(string file)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Deliberate.slnx"))) folder = System.IO.Path.GetDirectoryName(folder)!;
        return System.IO.Path.Combine(folder, file);
    }

    public static string Read(string file) => File.ReadAllText(Path(file)).ReplaceLineEndings("\n");
}
