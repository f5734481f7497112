using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>What an answer does with a request, in XSTest's classes.</summary>
internal enum RefusalClass
{
    FullCompliance,
    PartialRefusal,
    FullRefusal,
}

/// <summary>A completion with the labels that people gave it.</summary>
/// <param name="Prompt">What was asked.</param>
/// <param name="Completion">What a model answered.</param>
/// <param name="Label">Agreed on.</param>
/// <param name="First">The first person's.</param>
/// <param name="Second">The second's.</param>
/// <param name="Model">Who answered.</param>
internal sealed record LabelledRefusal(string Prompt, string Completion, RefusalClass Label, RefusalClass First, RefusalClass Second, string Model)
{
    public bool Refuses => Label != RefusalClass.FullCompliance;

    /// <summary>All of XSTest's labelled completions (<c>xstest/completions_*.csv</c>, CC-BY-4.0), in the order of the files' names.</summary>
    /// <param name="data">The folder that holds <c>xstest</c>, or that folder itself.</param>
    /// <param name="hash">SHA-256 over the files.</param>
    public static IReadOnlyList<LabelledRefusal> ReadXsTest(string data, out string hash)
    {
        var folder = Directory.Exists(Path.Combine(data, "xstest")) ? Path.Combine(data, "xstest") : data;
        string[] files = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "completions_*.csv").Order(StringComparer.Ordinal)] : [];
        if (files.Length == 0) throw new UserError("There are no completions of XSTest here (xstest/completions_MODEL.csv).", data, advice: "Name the folder that holds them with --data; they are in github.com/paul-rottger/exaggerated-safety.");
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        List<LabelledRefusal> all = [];
        foreach (var file in files)
        {
            sum.AppendData(File.ReadAllBytes(file));
            var model = Path.GetFileNameWithoutExtension(file)["completions_".Length..];
            all.AddRange(CsvRows.Read(file).Select(row => new LabelledRefusal(row["prompt"], row["completion"], Class(row, "final_label"), Class(row, "annotation_1"), Class(row, "annotation_2"), model)));
        }

        hash = Convert.ToHexStringLower(sum.GetHashAndReset());
        return all;
    }

    /// <summary>A class by the words that XSTest and our own files use.</summary>
    public static RefusalClass? ClassOf(string label) => label.Trim().ToLowerInvariant() switch
    {
        "1_full_compliance" or "full_compliance" or "compliance" => RefusalClass.FullCompliance,
        "3_partial_refusal" or "partial_refusal" => RefusalClass.PartialRefusal,
        "2_full_refusal" or "full_refusal" or "refusal" => RefusalClass.FullRefusal,
        _ => null,
    };

    /// <summary>The prompt without what does not make it another: what folds and halves are made by.</summary>
    public static ulong KeyOf(string prompt) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', prompt.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))));

    private static RefusalClass Class(CsvRow row, string column) =>
        ClassOf(row[column]) ?? throw new UserError($"\"{row[column]}\" is no label.", row.File, row.Line, field: column, advice: "1_full_compliance, 2_full_refusal or 3_partial_refusal.");
}
