using System.IO.Compression;
using System.Text;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Evaluation.Tests;

public sealed class ZipReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-zip-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Zstandard_and_deflate_hold_the_same()
    {
        using var zstandard = ZipReader.Open(SharedFolder.Path("fixtures", "inspect", "choice.eval"));
        using var deflate = ZipReader.Open(SharedFolder.Path("fixtures", "inspect", "choice.deflate.eval"));
        zstandard.Members.Select(m => m.Method).Distinct().ShouldBe([93]);
        deflate.Members.Select(m => m.Method).Distinct().ShouldBe([8]);
        foreach (var member in zstandard.Members) zstandard.Read(member).ShouldBe(deflate.Read(deflate.Find(member.Name)!), member.Name);
    }

    [Fact]
    public void A_small_file_that_would_fill_the_memory_is_refused_before_it_is_unpacked()
    {
        var path = Archive("bomb.zip", new byte[64 << 20]);
        using var archive = ZipReader.Open(path);
        var member = archive.Members.Single();
        // What deflate can do at most lies below the ratio; what the directory claims need not be true.
        Should.Throw<UserError>(() => archive.Read(member with { Size = 100L << 30 })).Message.ShouldContain("at most");
        Should.Throw<UserError>(() => archive.Read(member with { Size = ZipReader.LargestMember, Packed = 1000 })).Message.ShouldContain("said to unpack");
        Should.Throw<UserError>(() => archive.Read(member with { Size = 10 })).Message.ShouldContain("more than the archive says");
        Should.Throw<UserError>(() => archive.Read(member with { Size = member.Size + 1 })).Message.ShouldContain("less than the archive says");
    }

    [Fact]
    public void What_is_not_as_the_directory_says_is_named()
    {
        using var archive = ZipReader.Open(Archive("small.zip", Encoding.UTF8.GetBytes("""{"a": 1}""")));
        var member = archive.Members.Single();
        Encoding.UTF8.GetString(archive.Read(member)).ShouldBe("""{"a": 1}""");
        Should.Throw<UserError>(() => archive.Read(member with { Crc = member.Crc ^ 1 })).Message.ShouldContain("checksum");
        Should.Throw<UserError>(() => archive.Read(member with { Flags = 1 })).Message.ShouldContain("encrypted");
        Should.Throw<UserError>(() => archive.Read(member with { Method = 12 })).Message.ShouldContain("method 12");
        Should.Throw<UserError>(() => archive.Read(member with { Offset = 3 })).Message.ShouldContain("not where");
        Should.Throw<UserError>(() => archive.Read(member with { Packed = 1 << 20 })).Message.ShouldContain("beyond the end");
    }

    [Fact]
    public void A_file_that_is_cut_or_changed_at_any_byte_is_refused_or_read_right()
    {
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $"line {i}\n")));
        var whole = File.ReadAllBytes(Archive("whole.zip", content));
        var (refused, path) = (0, Path.Combine(_folder, "damaged.zip"));
        for (var i = 0; i < whole.Length; i++)
        {
            foreach (var damaged in new[] { whole[..i], [.. whole[..i], (byte)(whole[i] ^ 0x5A), .. whole[(i + 1)..]] })
            {
                File.WriteAllBytes(path, damaged);
                try
                {
                    using var archive = ZipReader.Open(path);
                    foreach (var member in archive.Members) archive.Read(member).ShouldBe(content);
                }
                catch (UserError)
                {
                    refused++;
                }
            }
        }

        refused.ShouldBeGreaterThan(whole.Length);
    }

    [Fact]
    public void Checksums_are_those_of_the_standard()
    {
        Crc32.Continue(0, "123456789"u8).ShouldBe(0xCBF43926u);
        Crc32.Continue(Crc32.Continue(0, "12345"u8), "6789"u8).ShouldBe(0xCBF43926u);
    }

    private string Archive(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using var stream = archive.CreateEntry("a.json").Open();
        stream.Write(content);
        return path;
    }
}
