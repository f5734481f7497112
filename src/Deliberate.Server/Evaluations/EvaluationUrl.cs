namespace Deliberate.Server;

/// <summary>Addresses of evaluations' pages: the paths of logs below the folder, whatever letters they have.</summary>
internal static class EvaluationUrl
{
    public static string Of(string name) => $"{EvaluationsArea.Root}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}";

    public static string Sample(string name, string id) => $"{Of(name)}?sample={Uri.EscapeDataString(id)}";

    public static string Compare(string a, string b) => $"{EvaluationsArea.Comparison}?a={Uri.EscapeDataString(a)}&b={Uri.EscapeDataString(b)}";
}
