using System.Text;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

/// <summary>Text files as editors and broken downloads leave them: with a byte order mark, in another encoding, cut after a few bytes.</summary>
public sealed class TextFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Texts => ["config.json", "generation_config.json", "tokenizer_config.json", "tokenizer.json", "chat_template.jinja", "model.safetensors.index.json"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_byte_order_mark_changes_nothing(string name)
    {
        Copy();
        using var plain = PretrainedModel.Open(_folder.Path);
        _folder.Write(name, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(_folder.File(name))]);
        using var marked = PretrainedModel.Open(_folder.Path);
        marked.Configuration.ShouldBe(plain.Configuration);
        marked.Text.Generation.ShouldBe(plain.Text.Generation);
        marked.Text.SpecialTokens.ShouldBe(plain.Text.SpecialTokens);
        marked.Text.ChatTemplate!.Source.ShouldBe(plain.Text.ChatTemplate!.Source);
        marked.Text.Tokenizer.ToJson().ShouldBe(plain.Text.Tokenizer.ToJson());
        marked.Weights.Names.ShouldBe(plain.Weights.Names);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Another_encoding_is_named(string name)
    {
        Copy();
        var text = File.ReadAllText(_folder.File(name));
        foreach (var encoding in new Encoding[] { new UnicodeEncoding(), new UnicodeEncoding(bigEndian: true, byteOrderMark: true), new UTF32Encoding() })
        {
            _folder.Write(name, [.. encoding.GetPreamble(), .. encoding.GetBytes(text)]);
            var error = Bounded.ShouldBeRefused(() => PretrainedModel.Open(_folder.Path).Dispose());
            error.File.ShouldBe(_folder.File(name));
            error.Problem.ShouldContain("UTF-16");
            error.Advice.ShouldNotBeNull().ShouldContain("UTF-8");
        }
    }

    /// <summary>From one byte on; no file of the folder is of any use that is this short.</summary>
    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("model-00001-of-00001.safetensors")]
    public void A_file_of_a_few_bytes_is_one_error_that_names_it(string name)
    {
        Copy();
        var good = File.ReadAllBytes(_folder.File(name));
        foreach (var start in new[] { good, new byte[64], "\uFEFF{}  "u8.ToArray(), "null    "u8.ToArray(), "[1,2]"u8.ToArray(), [0xEF, 0xBB, 0xBF, (byte)' ', (byte)' '] })
        {
            for (var length = 1; length <= Math.Min(start.Length, 40); length++)
            {
                _folder.Write(name, start.AsSpan(0, length).ToArray());
                Bounded.ShouldBeRefused(() => PretrainedModel.Open(_folder.Path).Dispose(), $"{length} bytes").File.ShouldBe(_folder.File(name));
            }
        }
    }

    [Theory]
    [InlineData("generation_config.json")]
    [InlineData("tokenizer_config.json")]
    public void Half_a_file_of_settings_is_one_error_that_names_it(string name)
    {
        Copy();
        var good = File.ReadAllBytes(_folder.File(name));
        for (var length = 1; length < good.Length - 2; length++)
        {
            _folder.Write(name, good.AsSpan(0, length).ToArray());
            Bounded.ShouldBeRefused(() => PretrainedModel.Open(_folder.Path).Dispose(), $"{length} bytes").File.ShouldBe(_folder.File(name));
        }
    }

    [Theory]
    [InlineData("model.gguf")]
    [InlineData("a1b2c3")]
    [InlineData("model.safetensors")]
    public void A_model_file_of_a_few_bytes_is_one_error_that_says_what_is_wrong(string name)
    {
        if (name == "model.safetensors") _folder.CopyInto("llama");
        var good = File.ReadAllBytes(name == "model.safetensors" ? Path.Combine(FixtureModels.Folder("llama"), name) : FixtureModels.Gguf("llama.F32.gguf"));
        for (var length = 1; length <= 64; length++)
        {
            var path = _folder.Write(name, good.AsSpan(0, length).ToArray());
            var error = Bounded.ShouldBeRefused(() => PretrainedModel.Open(path).Dispose(), $"{length} bytes");
            error.File.ShouldBe(path);
            // A file that begins as it should is cut short, not of another kind.
            if (length >= 4 && name == "model.gguf") error.Message.ShouldContain("cut short");
        }
    }

    private void Copy()
    {
        _folder.CopyInto("llama");
        File.Move(_folder.File("model.safetensors"), _folder.File("model-00001-of-00001.safetensors"));
        using var weights = SafetensorsFile.Open(_folder.File("model-00001-of-00001.safetensors"));
        var map = string.Join(',', weights.Names.Select(n => $"\"{n}\":\"model-00001-of-00001.safetensors\""));
        _folder.Write("model.safetensors.index.json", "{\"weight_map\":{" + map + "}}");
    }
}
