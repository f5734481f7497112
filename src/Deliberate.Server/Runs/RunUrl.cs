namespace Deliberate.Server;

/// <summary>Addresses of runs' pages: the names of folders, whatever letters they have.</summary>
internal static class RunUrl
{
    public static string Of(string name, string? view = null) =>
        $"{RunsArea.Root}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}{(view is null ? "" : $"?view={view}")}";

    public static string Report(string name) => RunsArea.Reports + Uri.EscapeDataString(name);

    public static string Compare(string a, string b) => $"{RunsArea.Comparison}?a={Uri.EscapeDataString(a)}&b={Uri.EscapeDataString(b)}";
}
