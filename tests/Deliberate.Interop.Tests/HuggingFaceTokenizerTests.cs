using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Interop.Tests;

/// <summary>tokenizer.json as this program writes it, in Hugging Face's own library (Rust): the same ids.</summary>
public sealed class HuggingFaceTokenizerTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("deliberate-interop-").FullName;

    public static TheoryData<string> Kinds => [.. Directory.GetDirectories(SharedFolder.Path("fixtures", "tokenizers")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal), "trained here"];

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_tokenizer_file_means_the_same_there(string kind)
    {
        var tokenizer = kind == "trained here"
            ? BpeTrainer.Train(["The cat sat on 12 mats, the dog on 34 logs."], 300, ["<|end|>", "<think>"], new BpeTrainerOptions { PreTokenizer = "smollm", AllBytes = true })
            : Tokenizer.Load(SharedFolder.Path("fixtures", "tokenizers", kind));
        var path = Path.Combine(_scratch, "tokenizer.json");
        tokenizer.Save(path);
        var theirs = new global::Tokenizers.DotNet.Tokenizer(path);
        string[] texts = ["The cat sat on the mat.", "  two  spaces ", "12345 and 6.7", "naïve café 日本語 🙂", "a\nb\r\n\tc", "<|endoftext|>x<|im_start|>", "I'll they're DON'T", "New York 中文 ça né"];
        foreach (var text in texts)
        {
            int[] ids = [.. theirs.Encode(text).Select(id => (int)id)];
            ids.ShouldBe(tokenizer.Encode(text, addSpecialTokens: true), $"{kind}: {text}");
        }

        TestContext.Current.SendDiagnosticMessage($"{kind}: {texts.Length} texts");
    }
}
